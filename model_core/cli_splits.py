"""``imgtune style check``, ``split`` and ``merge``: one style or two."""

from __future__ import annotations

import argparse
from datetime import datetime

from model_core.cli_input import WrongUse, one_line
from model_core.cli_output import DONE, lessons_text
from model_core.services import DEFAULT_STYLE, SplitSuggestion, Studio

#: How a change of a slider is told: to the right, to the left.
_WORDS = {
    "temperature": ("warmer", "cooler"),
    "tint": ("more magenta", "greener"),
    "exposure_ev": ("brighter", "darker"),
    "contrast": ("more contrast", "less contrast"),
    "highlights": ("brighter highlights", "darker highlights"),
    "shadows": ("brighter shadows", "darker shadows"),
    "whites": ("brighter whites", "darker whites"),
    "blacks": ("brighter blacks", "darker blacks"),
    "vibrance": ("more vibrance", "less vibrance"),
    "saturation": ("more colourful", "paler"),
}


def add_split_actions(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """``check``, ``split`` and ``merge`` among the actions of ``style``."""
    check = actions.add_parser(
        "check",
        help="whether the corrections contradict each other; changes nothing",
        description="Tells whether you edit in another way since some day, so that two styles "
        "would foretell your edits clearly better than one. Changes nothing.",
    )
    split = actions.add_parser(
        "split",
        help="do what check suggests: the later lessons become a style of their own",
        description="Moves the lessons since the day that `style check` names into a new style. "
        "`style merge NEW NAME` takes it back.",
    )
    merge = actions.add_parser(
        "merge",
        help="move all lessons of a style into another",
        description="Moves all lessons of NAME into INTO and deletes NAME when nothing is left. "
        "Of photos that both have lessons of, each keeps its own.",
    )
    for action in (check, split):
        action.add_argument(
            "name",
            nargs="?",
            default=DEFAULT_STYLE,
            metavar="NAME",
            help="the style (default: %(default)s)",
        )
    split.add_argument("--into", metavar="NEW", help="name of the new style (default: NAME 2)")
    merge.add_argument("name", metavar="NAME", help="the style that is given up")
    merge.add_argument("into", metavar="INTO", help="the style that gets its lessons")


def run_split_action(studio: Studio, args: argparse.Namespace) -> int:
    """Runs one of them; returns the exit status."""
    style = studio.require_style(args.name)
    if args.action == "merge":
        into = studio.require_style(args.into)
        if into == style:
            raise WrongUse(f"{style} cannot be merged into itself: name two styles")
        gone = studio.splits.merge(style, into)
        left = "deleted" if gone else f"keeps {lessons_text(len(studio.lessons(style)))}"
        print(f"{into}: {lessons_text(len(studio.lessons(into)))}; {style}: {left}")
        return DONE
    suggestion = studio.splits.find(style)
    if suggestion is None:
        shoots = [lesson.shoot for lesson in studio.lessons(style)]
        count, days = len(shoots), len(set(shoots))
        lessons, least = studio.splits.needed
        if count < lessons or days < least:
            print(
                f"{style}: too early to tell: it takes {lessons} lessons of {least} shoots, "
                f"and there are {count} of {days}"
            )
        else:
            print(f"{style}: one style, as far as {count} lessons can tell; nothing to split")
        return DONE
    print(_said(suggestion))
    if args.action == "check":
        print(f"`imgtune style split` would move {len(suggestion.later)} lessons to a new style")
        return DONE
    done = studio.splits.split(suggestion, args.into)
    print(f"{one_line(done.into)}: {len(done.lessons)} lessons; {style}: {suggestion.earlier}")
    return DONE


def _said(found: SplitSuggestion) -> str:
    words = ", ".join(_WORDS[name][size < 0] for name, size in found.changes)
    try:
        day = datetime.fromisoformat(found.since).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        day = found.since
    return (
        f"{found.style}: since {day} you edit differently ({words}): one style misses your edits "
        f"by {found.one:.2f} J on average, two would by {found.two:.2f} J"
    )
