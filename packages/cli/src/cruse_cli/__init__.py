"""The `cruse` command, and commands for apps and blueprints."""

from cruse_cli.app import CommandsApp as CommandsApp
from cruse_cli.blueprint import CommandsBlueprint as CommandsBlueprint
from cruse_cli.discovery import find_app_by_string as find_app_by_string
from cruse_cli.discovery import find_best_app as find_best_app
from cruse_cli.discovery import locate_app as locate_app
from cruse_cli.discovery import prepare_import as prepare_import
from cruse_cli.dotenv import load_dotenv as load_dotenv
from cruse_cli.errors import NoAppError as NoAppError
from cruse_cli.groups import AppGroup as AppGroup
from cruse_cli.groups import CruseGroup as CruseGroup
from cruse_cli.main import cli as cli
from cruse_cli.names import get_load_dotenv as get_load_dotenv
from cruse_cli.options import get_version as get_version
from cruse_cli.options import version_option as version_option
from cruse_cli.parameters import CertParamType as CertParamType
from cruse_cli.parameters import SeparatedPathType as SeparatedPathType
from cruse_cli.routes import routes_command as routes_command
from cruse_cli.run import run_command as run_command
from cruse_cli.run import show_server_banner as show_server_banner
from cruse_cli.runner import CliRunner as CliRunner
from cruse_cli.script_info import ScriptInfo as ScriptInfo
from cruse_cli.script_info import pass_script_info as pass_script_info
from cruse_cli.script_info import with_appcontext as with_appcontext
from cruse_cli.shell import shell_command as shell_command
