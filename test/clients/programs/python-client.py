"""What the Python client does with the cluster of $KUBECONFIG; prints one line of JSON."""
import json

from kubernetes import client, config, watch

config.load_kube_config()
core = client.CoreV1Api()
body = client.V1ConfigMap(metadata=client.V1ObjectMeta(name="settings"), data={"a": "1"})
created = core.create_namespaced_config_map("default", body)
core.patch_namespaced_config_map("settings", "default", {"data": {"a": "2"}})
events = []
stream = watch.Watch()
for event in stream.stream(
    core.list_namespaced_config_map,
    "default",
    field_selector="metadata.name=settings",
    resource_version=created.metadata.resource_version,
):
    events.append(event["type"] + " " + event["object"].data["a"])
    if event["type"] == "DELETED":
        stream.stop()
    else:
        core.delete_namespaced_config_map("settings", "default")
try:
    core.read_namespaced_config_map("settings", "default")
    status = 200
except client.ApiException as error:
    status = error.status
services = [service.metadata.name for service in core.list_namespaced_service("shop").items]
print(json.dumps({"events": events, "status": status, "services": sorted(services)}))
