/**
 * The only importer of org.libvirt and JNA. One connection; its calls run on a few platform threads, because a native call would pin a virtual one.
 */
@NullMarked
package org.datacapsule.agent.libvirt;

import org.jspecify.annotations.NullMarked;
