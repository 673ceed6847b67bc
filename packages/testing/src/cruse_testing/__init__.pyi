from cruse_testing.app import TestingApp as TestingApp
from cruse_testing.client import Client as Client
from cruse_testing.environ import EnvironBuilder as EnvironBuilder
from cruse_testing.recording import assert_template_rendered as assert_template_rendered
from cruse_testing.recording import record_flashes as record_flashes
from cruse_testing.recording import record_signals as record_signals
from cruse_testing.recording import record_templates as record_templates
from cruse_testing.streams import Stream as Stream
