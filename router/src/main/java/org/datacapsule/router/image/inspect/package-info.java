/**
 * What files are that strangers gave, and making a standalone qcow2 of them. Their headers are read here by a few lines;
 * everything that goes deeper is done by qemu-img, confined. Blocks.
 */
@NullMarked
package org.datacapsule.router.image.inspect;

import org.jspecify.annotations.NullMarked;
