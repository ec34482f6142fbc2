"""The five designs built by hand from their published facts, with the defaults that a site would have to confirm."""

from protorun.study.arm import Arm, Gate
from protorun.study.dose_rule import DoseRule, Level
from protorun.study.source import Source, Sourced, assumed, derived, stated
from protorun.study.study import Origin, Study
from protorun.study.treatment import Block, Dose, Start

HERE = Source(start=0, end=1, quote="x")
ORIGIN = Origin(name="by hand", format="none", digest="0")


def said(value):
    return stated(value, HERE)


def ours(value):
    return assumed(value, "(ours)")


def mg(amount, unit="mg"):
    return Dose(amount=amount, unit=unit)


def label(id, name=""):
    return Arm(id=id, label=said(name or id))


def nct06462092(*, month_is: int | None = 28) -> Study:
    """Sacituzumab govitecan with intrathecal pemetrexed, one arm."""
    intrathecal = {
        "agent": said("pemetrexed"),
        "routes": said(("intracerebroventricular", "lumbar puncture")),
        "dose_by_rule": True,
    }
    sg = Block(
        id="sg",
        agent=said("sacituzumab govitecan"),
        dose=said(mg(10, "mg/kg")),
        routes=said(("intravenous",)),
        days=said((1, 8)),
        cycle_days=said(21),
        until=said(("progression", "toxicity")),
        start=derived(Start(), HERE, note="day 1"),
    )
    induction = Block(
        id="it_induction",
        phase="induction",
        dose=said(mg(15)),
        per_week=said(2),
        weeks=said(2),
        count=said(4),
        week_days=ours((1, 4)),
        window_days=ours(1),
        start=said(Start(anchor="block:sg", offset_days=1)),
        **intrathecal,
    )
    consolidation = Block(
        id="it_consolidation",
        phase="consolidation",
        dose=derived(mg(15), HERE, note="as in induction"),
        per_week=said(1),
        weeks=said(4),
        count=said(4),
        start=ours(Start(anchor="block:it_induction", offset_days=14)),
        **intrathecal,
    )
    maintenance = Block(
        id="it_maintenance",
        phase="maintenance",
        dose=derived(mg(15), HERE, note="as in induction"),
        every_months=said(1),
        every_days=ours(month_is) if month_is else Sourced[int](),
        until=said(("relapse", "death")),
        condition=said("effective"),
        start=ours(Start(anchor="end of block:it_consolidation", offset_days=28)),
        **intrathecal,
    )
    blocks = (sg, induction, consolidation, maintenance)
    rule = DoseRule(
        levels=(Level(label="10 mg", dose=said(mg(10))), Level(label="15 mg", dose=said(mg(15)))),
        start_level=said(1),
        blocks=tuple(b.id for b in blocks[1:]),
    )
    arm = label("single").model_copy(update={"blocks": tuple(b.id for b in blocks)})
    return Study(key="NCT06462092", origin=ORIGIN, arms=(arm,), blocks=blocks, dose_rule=rule)


def nct05305885(*, dose: Dose | None = None) -> Study:
    """Intrathecal pemetrexed with or without involved-field radiotherapy; the record gives no intrathecal dose."""
    shared = {
        "agent": said("pemetrexed"),
        "routes": said(("intraventricular", "lumbar puncture")),
        "dose": ours(dose) if dose else Sourced[Dose](),
    }
    induction = Block(
        id="induction",
        phase="induction",
        per_week=said(2),
        weeks=said(2),
        week_days=ours((1, 4)),
        start=derived(Start(), HERE, note="first"),
        **shared,
    )
    weekly = {"per_week": said(1), "weeks": said(4)}
    after = ours(Start(anchor="block:induction", offset_days=14))
    consolidation = Block(id="consolidation", phase="consolidation", start=after, **weekly, **shared)
    concomitant = Block(id="concomitant", phase="concomitant", start=after, **weekly, **shared)
    ifrt = Block(
        id="ifrt",
        agent=said("involved-field radiation therapy"),
        kind="radiotherapy",
        phase="concomitant",
        dose=derived(mg(2, "Gy"), HERE, note="40 Gy / 20"),
        total=said(mg(40, "Gy")),
        count=said(20),
        weeks=said(4),
        per_week=derived(5, HERE, note="20 fractions in 4 weeks"),
        start=ours(Start(anchor="block:concomitant", offset_days=0)),
    )
    arms = (
        label("concomitant").model_copy(update={"blocks": ("induction", "concomitant", "ifrt")}),
        label("it_alone").model_copy(update={"blocks": ("induction", "consolidation")}),
    )
    blocks = (induction, consolidation, concomitant, ifrt)
    return Study(key="NCT05305885", origin=ORIGIN, arms=arms, blocks=blocks)


def nct07134153(*, with_defaults: bool = False) -> Study:
    """T-DXd into the cerebrospinal fluid: phase I/B from cycle 2 and phase II wait for the RP2D of phase I/A."""

    def block(id, route, first, last, **more):
        timing = {"cycle_days": ours(21), "days": ours((1,))} if with_defaults else {}
        if route == "intravenous" and with_defaults:
            more["dose"] = ours(mg(5.4, "mg/kg"))
        return Block(
            id=id,
            agent=said("T-DXd"),
            routes=said((route,)),
            from_cycle=first,
            to_cycle=last,
            **timing,
            **more,
        )

    blocks = (
        block("a_it_c1", "intrathecal", 1, 1, dose_by_rule=True),
        block("a_it_c2", "intrathecal", 2, None, dose_by_rule=True),
        block("a_iv_c2", "intravenous", 2, None),
        block("b_iv_c1", "intravenous", 1, 1),
        block("b_it_c2", "intrathecal", 2, None, dose_by_rule=True),
        block("b_iv_c2", "intravenous", 2, None),
    )
    arms = (
        label("I/A", "Phase I/Arm A").model_copy(update={"blocks": ("a_it_c1", "a_it_c2", "a_iv_c2")}),
        label("I/B", "Phase I/Arm B").model_copy(update={"blocks": ("b_iv_c1", "b_it_c2", "b_iv_c2")}),
        label("II/C", "Phase II/Arm C"),
    )
    gate = Gate(id="rp2d", result="RP2D", from_arm="I/A", holds=("b_it_c2", "II/C"), basis=said("the RP2D"))
    return Study(key="NCT07134153", origin=ORIGIN, arms=arms, blocks=blocks, gates=(gate,))


def conquer() -> Study:
    """Chemotherapy through an Ommaya reservoir plus systemic chemotherapy; no drug, dose or day is stated."""
    blocks = (
        Block(id="it", agent=said("intrathecal chemotherapy"), routes=said(("Ommaya reservoir",))),
        Block(id="systemic", agent=said("systemic chemotherapy")),
    )
    arms = (
        label("it_plus_systemic").model_copy(update={"blocks": ("it", "systemic")}),
        label("systemic").model_copy(update={"blocks": ("systemic",)}),
    )
    return Study(key="CONQUER", origin=ORIGIN, arms=arms, blocks=blocks)


def ivonescimab(*, with_defaults: bool = False) -> Study:
    """Ivonescimab with a TROP2 ADC until progression; neither dose nor interval is stated."""
    ends = said(("progression", "toxicity", "withdrawal", "investigator"))
    a = {"dose": ours(mg(20, "mg/kg")), "days": ours((1,)), "cycle_days": ours(21)}
    b = {"dose": ours(mg(10, "mg/kg")), "days": ours((1, 8)), "cycle_days": ours(21)}
    blocks = (
        Block(id="ivonescimab", agent=said("ivonescimab"), until=ends, **(a if with_defaults else {})),
        Block(id="trop2_adc", agent=said("TROP2 ADC"), until=ends, **(b if with_defaults else {})),
    )
    arm = label("single").model_copy(update={"blocks": tuple(x.id for x in blocks)})
    return Study(key="IVONESCIMAB", origin=ORIGIN, arms=(arm,), blocks=blocks)
