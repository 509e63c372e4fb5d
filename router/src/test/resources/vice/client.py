"""What a generated client makes of the registry: a line of JSON for each step, which the test compares."""
import json
import sys
import time

import vice_client
from vice_client.rest import ApiException

url, name, disk = sys.argv[1:]


def say(step, what):
    print(json.dumps({"step": step, "saw": what}))


def client(user, password):
    configuration = vice_client.Configuration()
    configuration.host = url
    configuration.username = user
    configuration.password = password
    return vice_client.DefaultApi(vice_client.ApiClient(configuration))


def refused(call, *arguments):
    try:
        call(*arguments)
    except ApiException as failure:
        return failure.status
    return 0


anybody = client("", "")
made = anybody.create_user(vice_client.User(username=name, password="of their own", email="ann@example.org"))
api = client(name, "of their own")
me = api.get_user()
say("user", [me.id == made.id, me.username, me.email, me.password])
say("stranger", refused(client(name, "another").get_user))

ours = [e.id for e in api.find_environment(filter_managementlayer="cloudcomputing")][0]
theirs = api.create_environment(
    body=vice_client.Environment(
        title="Glance",
        credentials=vice_client.Credentials(username="ann", password="secret"),
        managementlayer=vice_client.ManagementLayer(type="cloudcomputing", software="OpenStack"),
    )
)
say("environment", [theirs.title, theirs.userid == me.id, theirs.credentials, theirs.managementlayer.software])
theirs.title = "Glance 2"
say("changed", api.update_environment(body=theirs).title)
say("environments", [e.title for e in api.find_environment()])

image = api.create_image(
    vice_client.Image(title="of " + name, imagetype="implicit", contenttype="disk-qcow2", specifics={"a": 1})
)
say("image", [image.title, image.imported, image.specifics])
api.upload_image(image.id, upfile=disk)
end = time.monotonic() + 40
while not api.get_image(image.id).imported and time.monotonic() < end:
    time.sleep(0.05)
say("imported", [i.imported for i in api.find_images()])
image.environment_reference = "img-1"
say("updated", api.update_image(image).environment_reference)
# Left to itself, the generated code takes every body for text.
say("downloaded", api.download_image(image.id, _preload_content=False).data[:4].hex())

say("foreign", refused(api.deploy_image, vice_client.Deployment(imageid=image.id, environment_id=theirs.id)))
deployment = api.deploy_image(vice_client.Deployment(imageid=image.id, environment_id=ours, title="here"))
say("deployed", [api.get_deployment(deployment.id).title, len(api.find_deployments())])
api.delete_deployment(deployment.id)
say("deployments", len(api.find_deployments()))
say("statistics", sorted(api.get_runtime_stats().to_dict()))
api.delete_environment(theirs.id)
say("left", [e.id == ours for e in api.find_environment()])
api.delete_image(image.id)
say("gone", [refused(api.get_image, image.id), len(api.find_images())])
