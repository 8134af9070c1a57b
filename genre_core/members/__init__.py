"""The runs of a study, trained together: each is the run that it would be alone, and can be opened like any other.

Networks of one shape share their computation (see `batched`). What is finished stays: going on with a study trains what
is missing, from where a stop left it, or from the beginning where a worker was killed in the middle of an epoch.
"""

from genre_core.members.trained import train_members
from genre_core.members.under_way import Member, MemberEvent, Prune

__all__ = ["Member", "MemberEvent", "Prune", "train_members"]
