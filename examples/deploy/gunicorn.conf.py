"""Settings of gunicorn."""

bind = "127.0.0.1:8000"
workers = 2
threads = 4
# The log of requests goes to the standard output, like everything else that is printed.
accesslog = "-"
