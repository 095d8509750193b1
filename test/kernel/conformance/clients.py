"""What jupyter_client and nbclient do with a kernel, asserted here; prints one JSON object a story that went well."""
import json
import os
import sys
import time
from pathlib import Path

import nbformat
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

LIMIT = 60


def told(story, **more):
    print(json.dumps({"story": story, **more}), flush=True)


def welcome(path):
    """nbclient executes the course's welcome notebook as it is."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=120, kernel_name="gradlab", resources={"metadata": {"path": str(Path(path).parent)}}
    )
    # A cell that fails on purpose is tagged so, as Jupyter's own convention has it.
    client.execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    counts = [cell.execution_count for cell in code]
    assert counts == list(range(1, len(code) + 1)), counts
    assert sum(len(cell.outputs) for cell in code) > 0
    nbformat.validate(notebook)
    told("welcome", cells=len(code), outputs=sum(len(cell.outputs) for cell in code))


def notebook_of(*sources):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


def errors():
    """A failing cell fails the run with its own words; allow_errors goes on with the next."""
    try:
        NotebookClient(notebook_of("1", "throw new RangeError('far')", "2"), kernel_name="gradlab").execute()
    except CellExecutionError as error:
        assert error.ename == "RangeError" and error.evalue == "far", error
        assert "Cell [2]:1:7" in str(error), str(error)
    else:
        raise AssertionError("no CellExecutionError")
    notebook = notebook_of("1", "throw new RangeError('far')", "2")
    NotebookClient(notebook, kernel_name="gradlab", allow_errors=True).execute()
    assert notebook.cells[2].outputs[0]["data"]["text/plain"] == "2", notebook.cells[2]
    told("errors")


def time_limit():
    """A cell beyond its time is interrupted, and names are kept for what comes next."""
    notebook = notebook_of("const kept = 5", "for (;;);", "kept + 1")
    client = NotebookClient(notebook, kernel_name="gradlab", timeout=3, interrupt_on_timeout=True, allow_errors=True)
    client.execute()
    assert notebook.cells[1].outputs[0]["ename"] == "Interrupted", notebook.cells[1].outputs
    assert notebook.cells[2].outputs[0]["data"]["text/plain"] == "6", notebook.cells[2].outputs
    try:
        NotebookClient(notebook_of("for (;;);"), kernel_name="gradlab", timeout=2).execute()
    except CellTimeoutError:
        told("time_limit")
    else:
        raise AssertionError("no CellTimeoutError")


def interactive():
    """execute_interactive: outputs by a hook, input by another; then what a console asks at each Enter."""
    manager, client = start_new_kernel(kernel_name="gradlab")
    try:
        heard = []
        reply = client.execute_interactive("console.log('a'); console.error('b'); 7", output_hook=heard.append, timeout=LIMIT)
        assert reply["content"]["status"] == "ok", reply
        kinds = [message["msg_type"] for message in heard]
        assert sorted(set(kinds)) == ["execute_input", "execute_result", "status", "stream"], kinds
        asked = []

        def answer(message):
            asked.append(message["content"])
            client.input("Ada")

        heard.clear()
        reply = client.execute_interactive(
            "prompt('name?') + '!'", allow_stdin=True, stdin_hook=answer, output_hook=heard.append, timeout=LIMIT
        )
        assert asked == [{"prompt": "name?", "password": False}], asked
        results = [m["content"]["data"]["text/plain"] for m in heard if m["msg_type"] == "execute_result"]
        assert results == ["'Ada!'"], results

        def ask(name, *args, **kwargs):
            return getattr(client, name)(*args, reply=True, timeout=LIMIT, **kwargs)["content"]

        client.is_complete("for (const x of [1, 2]) {")
        said = client.get_shell_msg(timeout=LIMIT)["content"]
        assert said == {"status": "incomplete", "indent": "  "}, said
        history = ask("history", raw=True, output=False, hist_access_type="tail", n=1000)["history"]
        assert [entry[2] for entry in history][-1] == "prompt('name?') + '!'", history
        assert ask("complete", "Math.flo")["matches"] == ["floor"]
        assert ask("inspect", "Math.floor")["found"] is True
        assert ask("comm_info")["comms"] == {}
        told("interactive")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=False)
    assert manager.provisioner is None or not manager.is_alive()


def restarts():
    """restart_kernel by jupyter_client, five times: the count begins again and no name is left."""
    manager, client = start_new_kernel(kernel_name="gradlab")
    try:
        for _ in range(5):
            client.execute_interactive("const only = 1", timeout=LIMIT)
            manager.restart_kernel()
            client.wait_for_ready(timeout=LIMIT)
            heard = []
            reply = client.execute_interactive("typeof only", output_hook=heard.append, timeout=LIMIT)
            assert reply["content"]["execution_count"] == 1, reply["content"]
            results = [m["content"]["data"]["text/plain"] for m in heard if m["msg_type"] == "execute_result"]
            assert results == ["'undefined'"], results
        history = client.history(hist_access_type="tail", n=3, reply=True, timeout=LIMIT)["content"]["history"]
        assert [entry[2] for entry in history][-1] == "typeof only", history
        told("restarts")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=False)


def interrupts():
    """interrupt_kernel goes by message, since the kernelspec says so."""
    manager, client = start_new_kernel(kernel_name="gradlab")
    try:
        for code in ["for (;;);", "await new Promise(() => {})", "prompt('never')"]:
            request = client.execute(f"console.log('go')\n{code}", allow_stdin=True)
            while True:
                message = client.get_iopub_msg(timeout=LIMIT)
                if message["msg_type"] == "stream" and message["parent_header"]["msg_id"] == request:
                    break
            time.sleep(0.1)
            manager.interrupt_kernel()
            while True:
                reply = client.get_shell_msg(timeout=LIMIT)
                if reply["parent_header"]["msg_id"] == request:
                    break
            assert reply["content"]["ename"] == "Interrupted", reply["content"]
        told("interrupts")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=False)


STORIES = {f.__name__: f for f in (errors, time_limit, interactive, restarts, interrupts)}

if __name__ == "__main__":
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    if sys.argv[1] == "welcome":
        welcome(sys.argv[2])
    else:
        STORIES[sys.argv[1]]()
