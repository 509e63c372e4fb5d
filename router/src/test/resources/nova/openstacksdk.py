"""What openstacksdk makes of the image API: a line of JSON for each step, which the test compares."""
import json
import sys

import openstack

url, token, image_id, image_name, foreign_id = sys.argv[1:]
cloud = openstack.connect(
    load_yaml_config=False,
    load_envvars=False,
    auth_type="v3token",
    auth=dict(auth_url=url + "/v3", token=token),
    region_name="main",
)


def say(step, what):
    print(json.dumps({"step": step, "saw": what}))


def brief(image):
    return [image.id, image.name, image.status, image.progress, image.size, image.metadata]


compute = cloud.compute
say("list", sorted(image.id for image in compute.images(details=False)))
say("pages", sorted(image.id for image in compute.images(details=True, limit=1)))
say("filter", [image.id for image in compute.images(name=image_name)])
say("get", brief(compute.get_image(image_id)))
say("find", compute.find_image(image_name).id)
compute.set_image_metadata(image_id, purpose="test", colour="blue")
say("set", compute.get_image_metadata(image_id).metadata)
compute.delete_image_metadata(image_id, keys=["colour"])
say("removed", compute.get_image_metadata(image_id).metadata)
compute.delete_image(image_id, ignore_missing=False)
say("gone", compute.find_image(image_id) is None)
try:
    compute.delete_image(foreign_id, ignore_missing=False)
except openstack.exceptions.HttpException as refused:
    say("forbidden", [refused.status_code, refused.details])
