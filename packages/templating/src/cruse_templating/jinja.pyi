from jinja2.bccache import BytecodeCache as BytecodeCache
from jinja2.bccache import FileSystemBytecodeCache as FileSystemBytecodeCache
from jinja2.environment import Template as Template
from jinja2.loaders import BaseLoader as BaseLoader
from jinja2.loaders import FileSystemLoader as FileSystemLoader

from cruse_templating.environment import Environment as Environment
from cruse_templating.loader import DispatchingJinjaLoader as DispatchingJinjaLoader
