"""An application with a fault, for the debugger to show."""

from cruse import Cruse

app = Cruse(__name__)


@app.get("/divide/<int:number>")
def divide(number: int) -> str:
    parts = 0
    return str(number / parts)
