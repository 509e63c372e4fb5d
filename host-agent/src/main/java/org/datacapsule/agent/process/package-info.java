/**
 * Programs of the host (qemu-img, mtools, nft), run as argument lists and never through a shell. Any thread; the caller blocks.
 */
@NullMarked
package org.datacapsule.agent.process;

import org.jspecify.annotations.NullMarked;
