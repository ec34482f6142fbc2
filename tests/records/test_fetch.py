"""The registry is asked politely, only there, and only for what is an NCT number; a local server stands for it."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from protorun.cli import run
from protorun.errors import FetchError, UsageError
from protorun.records.fetch import BASE_URL, HOST, Manners, fetch

STUDY = (Path(__file__).parent / "fixtures" / "ctgov_v2.json").read_bytes()
NCT = "NCT00000108"
QUICK = Manners(timeout_s=0.5, retries=2, pause_s=0.01)


class Registry(ThreadingHTTPServer):
    """Answers with the prepared (status, headers, body) triples in turn, the last one for ever."""

    def __init__(self, answers):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers, self.asked = list(answers), []

    @property
    def base(self):
        return f"http://127.0.0.1:{self.server_port}/api/v2/studies"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("User-Agent", "")))
        status, headers, body = self.server.answers[min(len(self.server.asked), len(self.server.answers)) - 1]
        if status is None:
            self.server.release.wait(5)
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def registry(*answers):
    server = Registry(answers)
    server.release = threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        server.server_close()


def ask(server, nct=NCT, manners=QUICK, **settings):
    return fetch(nct, base_url=server.base, host="127.0.0.1", manners=manners, **settings)


def test_a_record_is_fetched_by_its_number():
    with registry((200, {}, STUDY)) as server:
        record = ask(server)
        assert record.format == "ctgov_v2"
        assert record.first("identifier.nct").text == NCT
        assert server.asked[0][0] == f"/api/v2/studies/{NCT}"
        assert server.asked[0][1].startswith("protorun")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_registry_is_asked_again_after_growing_pauses(status):
    slept = []
    with registry((status, {}, b""), (status, {}, b""), (200, {}, STUDY)) as server:
        ask(server, sleep=slept.append)
    assert slept == [0.01, 0.02]


def test_the_wish_of_the_registry_to_wait_is_honored_up_to_a_limit():
    slept = []
    busy = (429, {"Retry-After": "7"}, b"")
    with registry(busy, (429, {"Retry-After": "9999"}, b""), (200, {}, STUDY)) as server:
        ask(server, sleep=slept.append)
    assert slept == [7, 30]


def test_a_registry_that_stays_busy_is_an_error_that_says_so():
    with registry((503, {}, b"")) as server:
        with pytest.raises(FetchError, match="3 tries: it answered 503"):
            ask(server, sleep=lambda _: None)
        assert len(server.asked) == 3


def test_a_registry_that_does_not_answer_is_an_error_that_says_so():
    with registry((None, {}, b"")) as server, pytest.raises(FetchError, match="ReadTimeout"):
        ask(server, manners=Manners(timeout_s=0.1, retries=0))


def test_a_registry_that_is_not_there_is_an_error_that_says_so():
    with pytest.raises(FetchError, match="ConnectError"):
        fetch(NCT, base_url="http://127.0.0.1:9/x", host="127.0.0.1", manners=QUICK, sleep=lambda _: None)


def test_an_unknown_number_is_not_asked_for_twice():
    with registry((404, {}, b"")) as server:
        with pytest.raises(FetchError, match="no such record"):
            ask(server)
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest", "file:///etc/hostname", "/api/v2/studies/NCT00000001"]
)
def test_redirects_are_not_followed(target):
    with registry((302, {"Location": target}, b"")) as server:
        with pytest.raises(FetchError, match="redirects are not followed"):
            ask(server)
        assert len(server.asked) == 1


def test_an_endless_answer_is_cut_off():
    with (
        registry((200, {}, b" " * 3_000_000)) as server,
        pytest.raises(FetchError, match="longer than 1,000"),
    ):
        ask(server, manners=Manners(max_bytes=1000, retries=0))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<html>maintenance</html>", "is no record"),
        (b'{"protocolSection": {', "is no record"),
        (b"", "is no record"),
    ],
)
def test_an_answer_that_is_no_record_is_an_error(body, says):
    with registry((200, {}, body)) as server, pytest.raises(FetchError, match=says):
        ask(server)


def test_an_answer_about_another_trial_is_an_error():
    with registry((200, {}, STUDY)) as server, pytest.raises(FetchError, match="another record"):
        ask(server, "NCT00000999")


@pytest.mark.parametrize(
    "nct",
    [
        "",
        "NCT1",
        "NCT123456789",
        "../NCT00000108",
        "NCT00000108/../../x",
        "NCT0000010８",
        "NCT00000108?x=1",
        "nct00000108",
        "NCT00000108\n/x",
    ],
)
def test_what_is_no_nct_number_is_never_sent(nct):
    with registry((200, {}, STUDY)) as server:
        with pytest.raises(UsageError, match="no NCT number"):
            ask(server, nct)
        assert server.asked == []


@pytest.mark.parametrize(
    "base",
    [
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "file:///etc",
        "https://clinicaltrials.gov.example.org/api",
        "https://example.org/clinicaltrials.gov",
        "https://clinicaltrials.gov@example.org/",
        "http://clinicaltrials.gov/api/v2/studies",
        "https://user:word@clinicaltrials.gov/api",
    ],
)
def test_no_other_host_is_asked_and_the_registry_only_over_https(base):
    with pytest.raises(FetchError, match=r"only clinicaltrials\.gov is asked"):
        fetch(NCT, base_url=base)


def test_the_registry_is_asked_at_its_own_address():
    assert BASE_URL == f"https://{HOST}/api/v2/studies" == "https://clinicaltrials.gov/api/v2/studies"


def test_the_verb_writes_one_file_per_record(tmp_path, monkeypatch, capsys):
    with registry((200, {}, STUDY)) as server:
        from protorun.records import fetch as module

        true = module.fetch_bytes
        monkeypatch.setattr(
            module, "fetch_bytes", lambda n: true(n, base_url=server.base, host="127.0.0.1", manners=QUICK)
        )
        assert run(["fetch", NCT, "--output", str(tmp_path / "new"), "--format", "csv"]) == 0
    assert (tmp_path / "new" / f"{NCT}.json").read_bytes() == STUDY
    assert capsys.readouterr().out.splitlines()[0] == "nct,file,bytes"


def test_the_verb_does_not_overwrite_and_refuses_paths(tmp_path, capsys):
    (tmp_path / f"{NCT}.json").write_text("mine")
    assert run(["fetch", NCT, "--output", str(tmp_path)]) == 1
    assert (tmp_path / f"{NCT}.json").read_text() == "mine"
    assert run(["fetch", "../../etc/x", "--output", str(tmp_path)]) == 2
    assert "no NCT number" in capsys.readouterr().err
