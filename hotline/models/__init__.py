"""What the people's door remembers: accounts, signing in, kept answers, drafts and saved views."""

from .desk import Draft, SavedView
from .entry import Answered, SignInFailure
from .user import User

__all__ = ["Answered", "Draft", "SavedView", "SignInFailure", "User"]
