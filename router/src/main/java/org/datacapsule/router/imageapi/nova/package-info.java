/**
 * OpenStack Nova's images and their metadata (/v2.1 and /v2), and as much of Keystone (/v3) as its clients need to begin.
 */
@NullMarked
package org.datacapsule.router.imageapi.nova;

import org.jspecify.annotations.NullMarked;
