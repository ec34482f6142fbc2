"""One record from the public registry: only that host, only an NCT number, a bounded answer, polite retries."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protorun.errors import FetchError, RecordError, UsageError
from protorun.records import recognize
from protorun.records.files.document import MAX_BYTES
from protorun.study.record import Record

if TYPE_CHECKING:
    import httpx

HOST = "clinicaltrials.gov"
BASE_URL = f"https://{HOST}/api/v2/studies"
AGAIN = frozenset({408, 429, 500, 502, 503, 504})
LONGEST_WAIT_S = 30.0

_NCT = re.compile(r"NCT[0-9]{8}")


@dataclass(frozen=True)
class Manners:
    """How patiently the registry is asked: seconds to wait for a sign of it and for the whole answer, retries, first
    pause in seconds (doubled each time), largest answer."""

    timeout_s: float = 20.0
    longest_s: float = 120.0
    retries: int = 3
    pause_s: float = 1.0
    max_bytes: int = MAX_BYTES


def fetch(
    nct: str,
    *,
    base_url: str = BASE_URL,
    host: str = HOST,
    manners: Manners = Manners(),
    sleep: Callable[[float], None] = time.sleep,
) -> Record:
    """The record of that NCT number as the registry's API gives it today.

    `base_url` must lie on `host`; both stand for the registry unless a mirror of one's own is named on purpose. Raises
    UsageError for what is no NCT number, FetchError when the registry cannot be asked or its answer cannot be used.
    """
    data = fetch_bytes(nct, base_url=base_url, host=host, manners=manners, sleep=sleep)
    return _record(data, checked(nct), host, manners)


def checked(nct: str) -> str:
    """The NCT number without outer blanks. Raises UsageError for anything else."""
    number = nct.strip()
    if not _NCT.fullmatch(number):
        raise UsageError(f"{nct!r} is no NCT number; write NCT and eight digits, like NCT01234567")
    return number


def fetch_bytes(
    nct: str,
    *,
    base_url: str = BASE_URL,
    host: str = HOST,
    manners: Manners = Manners(),
    sleep: Callable[[float], None] = time.sleep,
) -> bytes:
    """The bytes of the API's answer, once they are known to be that record. Errors as in `fetch`."""
    import httpx

    number = checked(nct)
    url = _url(base_url, host, number)
    headers = {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "protorun (reads one public record)",
    }
    with httpx.Client(
        timeout=manners.timeout_s, follow_redirects=False, headers=headers, trust_env=host == HOST
    ) as client:
        data = _patiently(client, url, number, manners, sleep)
    _record(data, number, host, manners)
    return data


def _record(data: bytes, number: str, host: str, manners: Manners) -> Record:
    try:
        records = recognize(data, f"{number}.json", max_bytes=manners.max_bytes)
    except RecordError as error:
        raise FetchError(f"{number}: the answer of {host} is no record: {error}") from error
    found = records[0].first("identifier.nct")
    if found is None or found.text != number:
        raise FetchError(f"{number}: {host} answered with another record ({found.text if found else 'none'})")
    return records[0]


def _url(base_url: str, host: str, number: str) -> httpx.URL:
    import httpx

    url = httpx.URL(f"{base_url.rstrip('/')}/{number}")
    # Clear text is for a server on this machine only.
    secure = url.scheme == "https" or (url.scheme == "http" and url.host in ("127.0.0.1", "localhost"))
    if url.host != host or not secure or url.userinfo:
        raise FetchError(f"{number}: only {host} is asked, not {url.scheme}://{url.host}")
    return url


def _patiently(
    client: httpx.Client, url: httpx.URL, number: str, manners: Manners, sleep: Callable[[float], None]
) -> bytes:
    import httpx

    why, asked = "", 0.0
    for attempt in range(manners.retries + 1):
        if attempt:
            sleep(min(max(manners.pause_s * 2 ** (attempt - 1), asked), LONGEST_WAIT_S))
        try:
            found = _once(client, url, number, manners)
        except httpx.RequestError as error:
            why = f"no answer ({type(error).__name__})"
            continue
        if isinstance(found, bytes):
            return found
        why, asked = f"it answered {found.status}", found.wait_s
    tries = manners.retries + 1
    raise FetchError(f"{number}: {url.host} could not be asked, {tries} tries: {why}; try again later")


@dataclass(frozen=True)
class _Later:
    """An answer after which one may ask again, and how many seconds later the registry wishes it."""

    status: int
    wait_s: float


def _once(client: httpx.Client, url: httpx.URL, number: str, manners: Manners) -> bytes | _Later:
    deadline = time.monotonic() + manners.longest_s
    with client.stream("GET", url) as answer:
        if answer.status_code in AGAIN:
            asked = answer.headers.get("retry-after", "")
            return _Later(answer.status_code, float(asked) if re.fullmatch(r"[0-9]{1,4}", asked) else 0.0)
        _refuse(answer, number)
        body = bytearray()
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > manners.max_bytes:
                raise FetchError(f"{number}: the answer is longer than {manners.max_bytes:,} bytes")
            if time.monotonic() > deadline:
                raise FetchError(f"{number}: the answer took longer than {manners.longest_s:g} s")
        return bytes(body)


def _refuse(answer: httpx.Response, number: str) -> None:
    host = answer.url.host
    if answer.status_code == 404:
        raise FetchError(f"{number}: {host} has no such record")
    if answer.is_redirect:
        target = answer.headers.get("location", "")[:100]
        raise FetchError(f"{number}: {host} sends us elsewhere ({target}); redirects are not followed")
    if answer.status_code != 200:
        raise FetchError(f"{number}: {host} answered {answer.status_code}")
