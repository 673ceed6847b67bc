"""Run the benchmarks: `python -m benchmarks [run|servers|startup|profile|chart]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import report
from .content import ARTEFACTS
from .frameworks import BY_NAME as FRAMEWORKS
from .results import Result
from .scenarios import BY_NAME as SCENARIOS

RESULTS = ARTEFACTS / "results.json"


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says and return the exit status."""
    options = make_parser().parse_args(arguments)
    if options.command == "profile":
        from .profiling import print_profile

        print_profile(options.scenario, options.framework, options.lines)
        return 0
    if options.command == "chart":
        from .chart import write_charts

        write_charts(options.json, options.folder)
        return 0
    result = measure(options)
    result.save(options.json)
    print_result(result)
    print(f"\nWritten to {options.json}")
    return 1 if options.check and result.has_missed else 0


def measure(options: argparse.Namespace) -> Result:
    """Run the benchmark that was asked for."""
    if options.command == "startup":
        from .startup import run_startup

        return run_startup(options.rounds)
    if options.command == "servers":
        from .servers import run_servers

        return run_servers(options.rounds, options.seconds, options.only)
    from .rounds import run_rounds

    chosen = [SCENARIOS[name] for name in options.only or SCENARIOS]
    return run_rounds(chosen, options.frameworks or FRAMEWORKS, options.rounds)


def print_result(result: Result) -> None:
    """Print what was measured, then how it compares."""
    titles = {name: str(record["title"]) for name, record in result.measured.items()}
    print(report.format_versions(result.machine, result.versions))
    if result.kind == "rounds":
        for figure in ("minimum", "median"):
            print(f"\nCPU microseconds a request, {figure} of {result.rounds} rounds")
            print(report.format_columns(report.make_time_rows(result.measured, figure)))
    else:
        print(f"\nMeasured, {result.rounds} rounds")
        tables = report.make_fact_tables(result.measured)
        print("\n\n".join(map(report.format_columns, tables)))
    print("\nTargets")
    print(report.format_columns(report.make_ratio_rows(result.ratios, titles)))
    print(report.count_verdicts(result.ratios))


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    run = commands.add_parser("run", help="every scenario in process (the default)")
    run.add_argument("--only", type=split_scenarios, help="scenarios, separated by commas")
    run.add_argument("--frameworks", type=split_frameworks, help="separated by commas")
    run.add_argument("--rounds", type=int, default=15)
    servers = commands.add_parser("servers", help="requests per second behind real servers")
    servers.add_argument("--only", type=lambda text: text.split(","), help="servers, by commas")
    servers.add_argument("--rounds", type=int, default=3)
    servers.add_argument("--seconds", type=int, default=3, help="of load, each time")
    startup = commands.add_parser("startup", help="import, memory, registration, matching, garbage")
    startup.add_argument("--rounds", type=int, default=7)
    for command in (run, servers, startup):
        command.add_argument("--check", action="store_true", help="exit with 1 on a missed target")
    profile = commands.add_parser("profile", help="where the time of one scenario goes")
    profile.add_argument("scenario", choices=SCENARIOS, nargs="?", default="text")
    profile.add_argument("--framework", choices=FRAMEWORKS, default="cruse")
    profile.add_argument("--lines", type=int, default=40)
    chart = commands.add_parser("chart", help="a picture and Markdown tables of the last results")
    chart.add_argument("--folder", type=Path, default=ARTEFACTS)
    for command in (run, servers, startup, chart):
        command.add_argument("--json", type=Path, default=RESULTS, help="the file of the results")
    return parser


def split_scenarios(text: str) -> list[str]:
    """Return the named scenarios, all of which must exist."""
    return split(text, list(SCENARIOS))


def split_frameworks(text: str) -> list[str]:
    """Return the named frameworks, all of which must exist."""
    return split(text, list(FRAMEWORKS))


def split(text: str, known: list[str]) -> list[str]:
    """Return the names in *text*, all of which must be known."""
    names = text.split(",")
    if unknown := set(names) - set(known):
        raise argparse.ArgumentTypeError(
            f"{', '.join(sorted(unknown))} is not known. Choose from {', '.join(known)}."
        )
    return names


def with_command(arguments: list[str]) -> list[str]:
    """Return the arguments with `run` in front if no command is named."""
    named = {"run", "servers", "startup", "profile", "chart", "-h", "--help"}
    return arguments if arguments and arguments[0] in named else ["run", *arguments]


if __name__ == "__main__":
    sys.exit(main(with_command(sys.argv[1:])))
