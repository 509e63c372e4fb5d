/**
 * The XML libvirt speaks: written from a small tree, read by a hardened parser. Any thread.
 */
@NullMarked
package org.datacapsule.agent.xml;

import org.jspecify.annotations.NullMarked;
