"""The names of the sub-commands, apart from what they do: the window asks for them at start,
and must not import all services to learn that a word is a folder."""

COMMANDS = frozenset(
    {
        "predict",
        "correct",
        "train",
        "learn-pairs",
        "auto",
        "render",
        "model",
        "style",
        "lessons",
        "sidecar",
        "demo",
        "doctor",
    }
)
