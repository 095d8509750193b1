"""jupyter_kernel_test with everything declared that applies; prints one JSON line a test."""
import json
import sys
import unittest

import jupyter_kernel_test


class GradlabTests(jupyter_kernel_test.KernelTests):
    kernel_name = "gradlab"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oh')"
    completion_samples = [
        {"text": "Math.flo", "matches": ["floor"]},
        {"text": "const greeting = '\U0001f600'; greeting.trimS", "matches": ["trimStart"]},
        {"text": "structuredCl", "matches": ["structuredClone"]},
    ]
    complete_code_samples = [
        "1",
        "const f = (x: number) => x * 2",
        "function f() {\n  return 1\n}",
        "class A { #x = 1 }",
        "await Promise.resolve(1)",
        "import { join } from 'node:path'",
        "`a\nb`",
        "type A = { b: string }",
        "",
    ]
    incomplete_code_samples = [
        "function f() {",
        "const xs = [1,",
        "`text",
        "if (true) {",
        "class A {",
        "f(",
        "1 +",
        "/* a comment",
    ]
    invalid_code_samples = ["const = 1", "1 2", "let let = 3", "}"]
    code_generate_error = "throw new TypeError('wrong')"
    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": "'a' + 'b'", "result": "'ab'"},
        {"code": "[1, 2, 3].map(x => x * x)", "result": "[ 1, 4, 9 ]"},
        {"code": "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>x</b>', 'text/plain': 'x' }) })", "mime": "text/html", "result": "<b>x</b>"},
        {"code": "await Promise.resolve(6 * 7)", "result": "42"},
    ]
    code_display_data = [
        {"code": "display.html('<b>bold</b>');", "mime": "text/html"},
        {"code": "display.markdown('*m*');", "mime": "text/markdown"},
        {"code": "display({ [Symbol.for('Jupyter.display')]: () => ({ 'image/svg+xml': '<svg/>' }) });", "mime": "image/svg+xml"},
    ]
    code_history_pattern = "1?+?2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.floor"
    code_clear_output = "clearOutput()"
    # There is no pager in our kernel: test_pager stays skipped.


class GradlabWelcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "gradlab"
    # iopub_welcome needs an XPUB socket, which is no part of protocol 5.4's duties: skipped, and not claimed.


class Told(unittest.TextTestResult):
    def tell(self, test, outcome, why=""):
        print(json.dumps({"test": test.id().split(".")[-1], "outcome": outcome, "why": why}), flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.tell(test, "passed")

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.tell(test, "failed", self._exc_info_to_string(error, test))

    def addError(self, test, error):
        super().addError(test, error)
        self.tell(test, "failed", self._exc_info_to_string(error, test))

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.tell(test, "failed", self._exc_info_to_string(error, test))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.tell(test, "skipped", reason)


loader = unittest.defaultTestLoader
suite = unittest.TestSuite([loader.loadTestsFromTestCase(GradlabTests), loader.loadTestsFromTestCase(GradlabWelcome)])
result = unittest.TextTestRunner(stream=sys.stderr, resultclass=Told).run(suite)
sys.exit(0 if result.wasSuccessful() else 1)
