"""Commands about who may use the server, for whoever can read its settings: python -m gsl.backend.users COMMAND

The first admin of a team's server is made here. Passwords are asked for, never given as arguments, which other users of
the machine could see.
"""

import argparse
import os
import sys
from getpass import getpass
from pathlib import Path

from dotenv import load_dotenv
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from gsl.backend.db.engine import Database
from gsl.backend.errors import ProblemError
from gsl.backend.services.sign_in import hashed
from gsl.backend.settings import Settings, read_settings
from gsl.backend.store import accounts, audit, credentials, invitations
from gsl.protocol.api import AccountName, NewPassword

_WHO = "command line"
_ROLES = ("viewer", "member", "admin")


def link(settings: Settings, _session: Session, _given: argparse.Namespace) -> str:
    """print the link that signs a browser in as the owner"""
    return settings.owner_link


def add(settings: Settings, session: Session, given: argparse.Namespace) -> str:
    """make an account; asks for its password"""
    name = TypeAdapter(AccountName).validate_python(given.name)
    accounts.create(session, name, given.role, password_hash=given.password_hash)
    audit.add(session, _WHO, "add account", name, given.role)
    return f"{name} ({given.role}) can sign in at {settings.opened_at}"


def invite(settings: Settings, session: Session, given: argparse.Namespace) -> str:
    """print a link with which one person makes an account"""
    row, secret = invitations.create(session, given.role, "", given.days, _WHO)
    audit.add(session, _WHO, "create invitation", f"invitation {row.id}", given.role)
    return f"{settings.opened_at}/invitation#{secret}"


def password(_settings: Settings, session: Session, given: argparse.Namespace) -> str:
    """set the password of an account; ends its sessions"""
    account = accounts.get(session, given.name)
    account.password_hash = given.password_hash
    credentials.close_sessions(session, account.id or 0)
    audit.add(session, _WHO, "change password", given.name)
    return f"{given.name} has a new password."


def sign_out(_settings: Settings, session: Session, given: argparse.Namespace) -> str:
    """end the sessions of an account in all browsers"""
    credentials.close_sessions(session, accounts.get(session, given.name).id or 0)
    audit.add(session, _WHO, "sign out", given.name)
    return f"{given.name} is signed out everywhere."


def role(_settings: Settings, session: Session, given: argparse.Namespace) -> str:
    """change the role of an account, and enable it if it is disabled"""
    account = accounts.get(session, given.name)
    account.role, account.disabled = given.role, False
    audit.add(session, _WHO, "update person", given.name, f"role {given.role}")
    return f"{given.name} is {given.role}."


def show(_settings: Settings, session: Session, _given: argparse.Namespace) -> str:
    """list accounts"""
    people = accounts.listed(session)
    return "\n".join(f"{one.name}  {one.role}{'  disabled' if one.disabled else ''}" for one in people) or "None yet."


_COMMANDS = {
    "link": link,
    "add": add,
    "invite": invite,
    "password": password,
    "sign-out": sign_out,
    "role": role,
    "list": show,
}


def _asked_password() -> str:
    """From the terminal, twice; from a pipe, a line."""
    if not sys.stdin.isatty():
        given = sys.stdin.readline().rstrip("\n")
    elif (given := getpass("Password: ")) != getpass("Again: "):
        raise ValueError("The passwords differ.")
    return hashed(TypeAdapter(NewPassword).validate_python(given).get_secret_value())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gsl.backend.users", description="Who may use the server.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    parsers = {name: commands.add_parser(name, help=run.__doc__) for name, run in _COMMANDS.items()}
    for name in ("add", "password", "sign-out", "role"):
        parsers[name].add_argument("name", metavar="NAME")
    for name in ("add", "invite", "role"):
        parsers[name].add_argument("--role", choices=_ROLES, default="member", required=name == "role")
    parsers["invite"].add_argument("--days", type=int, default=7, choices=range(1, 31), metavar="DAYS")
    return parser


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    os.umask(0o077)  # a token that is made here is for its owner alone
    load_dotenv(Path.cwd() / ".env")
    try:
        print(_run(read_settings(), given))
    except ValidationError as error:
        print(error.errors()[0]["msg"].replace("Value error,", "NAME or password:"), file=sys.stderr)
    except (ProblemError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
    except SQLAlchemyError as error:
        print(f"The database cannot be used: {str(error).splitlines()[0]}", file=sys.stderr)
    else:
        return 0
    return 1


def _run(settings: Settings, given: argparse.Namespace) -> str:
    """What the command has to say. No transaction is open while it waits for a password."""
    if given.command in ("add", "password"):
        given.password_hash = _asked_password()
    database = Database(settings.database_url)
    with database.write() as session:
        said = _COMMANDS[given.command](settings, session, given)
    database.close()
    return said


if __name__ == "__main__":
    sys.exit(main())
