/**
 * The image APIs of other systems, whose clients people already have: thin faces of the one catalogue (docs/image-apis.md).
 * Each dialect is a package of its own, and none knows another. All of it runs on the virtual threads of requests.
 */
@NullMarked
package org.datacapsule.router.imageapi;

import org.jspecify.annotations.NullMarked;
