"""Runs commands in the Pod `web` of $KUBECONFIG with the Python client; prints one line of JSON."""
import json

from kubernetes import client, config
from kubernetes.stream import stream

config.load_kube_config()
core = client.CoreV1Api()


def execute(command, **options):
    return stream(
        core.connect_get_namespaced_pod_exec, "web", "default", command=command, stdout=True, stderr=True, **options
    )


said = execute(["say", "hello"])
session = execute(["upper"], stdin=True, _preload_content=False)
session.write_stdin("quiet\n")
loud = session.readline_stdout(timeout=10)
session.close()
failed = execute(["fail"], _preload_content=False)
failed.run_forever(timeout=10)
print(json.dumps({"said": said, "loud": loud, "failed": failed.read_stderr(), "code": failed.returncode}))
