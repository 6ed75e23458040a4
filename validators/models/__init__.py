"""The documents' models, by the name that each file carries as its schema."""

from validators.models.base import Model
from validators.models.config import Agent, Run, Site
from validators.models.images import BuiltImages
from validators.models.judge import Judge, Prices
from validators.models.overlay import Overlay
from validators.models.paper import Blacklist, Paper, Splits
from validators.models.plan import Plan, Snapshot
from validators.models.records import Call, Outcome, Recorded, Verdict
from validators.models.rubric import Rubric
from validators.models.waivers import Waivers

DOCUMENTS: dict[str, type[Model]] = {
    "paper/v1": Paper,
    "rubric/v1": Rubric,
    "overlay/v1": Overlay,
    "blacklist/v1": Blacklist,
    "splits/v1": Splits,
    "waivers/v1": Waivers,
    "run/v1": Run,
    "agent/v1": Agent,
    "judge/v1": Judge,
    "site/v1": Site,
    "prices/v1": Prices,
    "plan/v1": Plan,
    "snapshot/v1": Snapshot,
    "outcome/v1": Outcome,
    "verdict/v1": Verdict,
    "ledger/v1": Call,
    "answer/v1": Recorded,
    "images/v1": BuiltImages,
}
