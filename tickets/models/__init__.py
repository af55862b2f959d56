"""What is remembered: one noun a file."""

from tickets.domain.clock_events import Run

from .alert import Alert, AlertLine, AlertState
from .apart import Apart
from .attachment import Attachment, FileState
from .bigrams import Bigrams
from .clock_event import ClockEvent
from .event import Event, Head, Seal
from .figure import Figure, FigureShare, Fold
from .inquiry import Exchange, Inquiry
from .outbox import OutboxRow, Post
from .pause_rule import PauseRule
from .person import Person
from .phrase import Phrase, PhraseKind, Term, TermKind
from .policy import Policy, SignOffRule, Start, Tag
from .project import Project
from .proposal import Effect, Proposal, ProposalKind, ProposedMove, Reach, Stage
from .rating import Rating
from .reading import Reading, ReadingKind
from .reply import Contact, Reply, ReplyState
from .request import Decision, Request, RequestKind
from .route import Route
from .section import Section
from .source import Source
from .ticket import CoHandler, Ticket
from .timer import Notice, NoticeRead, Timer
from .workday import CalendarEdition, CoveredYear, OfficeHours, SpecialDay

__all__ = [
    "Alert",
    "AlertLine",
    "AlertState",
    "Apart",
    "Attachment",
    "Bigrams",
    "CalendarEdition",
    "ClockEvent",
    "CoHandler",
    "Contact",
    "CoveredYear",
    "Decision",
    "Effect",
    "Event",
    "Exchange",
    "Figure",
    "FigureShare",
    "FileState",
    "Fold",
    "Head",
    "Inquiry",
    "Notice",
    "NoticeRead",
    "OfficeHours",
    "OutboxRow",
    "PauseRule",
    "Person",
    "Phrase",
    "PhraseKind",
    "Policy",
    "Post",
    "Project",
    "Proposal",
    "ProposalKind",
    "ProposedMove",
    "Rating",
    "Reach",
    "Reading",
    "ReadingKind",
    "Reply",
    "ReplyState",
    "Request",
    "RequestKind",
    "Route",
    "Run",
    "Seal",
    "Section",
    "SignOffRule",
    "Source",
    "SpecialDay",
    "Stage",
    "Start",
    "Tag",
    "Term",
    "TermKind",
    "Ticket",
    "Timer",
]
