"""The command ``jupyter cache``: arguments in, exit code out."""

from __future__ import annotations

import gc
import os
import sys

import click

from .lazy_group import LazyGroup

_COMMANDS = {
    "status": ("status", "Tell whether the outputs of notebooks are still true, and if not, why."),
    "run": ("run", "Execute what is not fresh."),
    "restore": ("restore", "Put cached outputs back into notebooks, without a kernel."),
    "diff": ("diff", "Show what differs: a notebook and its cache, or two executions."),
    "check": ("check", "Execute notebooks twice and compare: are they repeatable?"),
    "add": ("add", "Store the outputs of notebooks as they stand."),
    "export": ("other_caches", "Write what is fresh to the cache of another program."),
    "import": ("other_caches", "Take in what another program cached."),
    "list": ("entries", "List the entries of the store."),
    "show": ("entries", "Show one entry: what it executed, used, wrote and printed."),
    "stats": ("stats", "Tell what was executed, how often that was saved, and what is slow."),
    "report": ("report", "Show the report of the last batch, or write it to a file."),
    "invalidate": ("marking", "Say that cached outputs are not to be used again."),
    "remove": ("marking", "Take entries out of the store."),
    "trust": ("trust", "Let entries from elsewhere count as ours, or no more."),
    "push": ("shared", "Send what was executed here to a shared store."),
    "pull": ("shared", "Fetch from a shared store what others executed of the notebooks here."),
    "pin": ("marking", "Keep entries whatever a collection would take."),
    "gc": ("upkeep", "Make room: remove what was not used for long, and what nobody needs."),
    "migrate": ("upkeep", "Bring a store of an older version to the newest format."),
    "verify": ("upkeep", "Look whether the store is what it should be, and repair it."),
    "git-filter": ("git_filter", "Keep outputs out of git, and get them back on checkout."),
}
"""Name → module of this package and one line of help; a command's module is imported when used."""

_TOUR = (
    ("jupyter cache status", "what is fresh, what is stale, and why"),
    ("jupyter cache run", "execute every notebook here that is not fresh"),
    ("jupyter cache restore report.ipynb", "cached outputs into the file, without a kernel"),
    ("jupyter cache diff report.ipynb", "what the file shows, beside what is cached"),
    ("jupyter cache status --check", "for CI: exit code 1 unless all are fresh"),
    ("jupyter cache COMMAND --help", "examples and options of each command"),
)

_COMPLETION = "_JUPYTER_CACHE_COMPLETE"


class _RootGroup(LazyGroup):
    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from .teaching import write_examples

        write_examples(formatter, _TOUR)
        super().format_epilog(ctx, formatter)


def _print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from .. import __version__

        click.echo(f"jupyter-cache, jupyterlab-cache {__version__}")
        ctx.exit()


@click.command(
    cls=_RootGroup,
    lazy=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Every command takes --root DIR, --store DIR and --json. "
    "Exit code 2 means that the command or its input was wrong.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def cli() -> None:
    """Notebook outputs as build products.

    Know when they are still true, bring them back at once when they are, see exactly why when
    they are not, and execute only then.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command and leave the process with its exit code.

    Args:
        arguments: Words after the command's name; those of the process when None.
    """
    # What a command makes mostly lives to its end: looking for garbage in it finds nothing.
    # Those that go on for hours switch it on again.
    gc.disable()
    _leave_out_grammar()
    try:
        # A shell completes one word's arguments, so completion is that of the executable itself.
        name = "jupyter-cache" if _COMPLETION in os.environ else "jupyter cache"
        code = cli.main(arguments, prog_name=name, complete_var=_COMPLETION, standalone_mode=False)
    except click.exceptions.Exit as leave:
        code = leave.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        code = 130
    except click.UsageError as error:
        _complain(error.format_message())
        code = 2
    except click.ClickException as error:
        _complain(error.format_message())
        code = error.exit_code
    except BrokenPipeError:
        # The reader of a pipe has gone; there is nobody to tell.
        sys.stderr.close()
        code = 1
    gc.freeze()  # nor does it at the end
    sys.exit(code if isinstance(code, int) else 0)


def _leave_out_grammar() -> None:
    """Have jsonschema do without its check of internationalized addresses.

    nbformat imports jsonschema, whose optional dependency rfc3987-syntax compiles a grammar when it
    is imported: more than a second in which nothing is checked, since no schema that a command
    reads has such an address. jsonschema goes without what cannot be imported.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def _complain(message: str) -> None:
    from .terminal import echo

    echo("jupyter cache: " + " ".join(message.split()), err=True)


if __name__ == "__main__":
    main()
