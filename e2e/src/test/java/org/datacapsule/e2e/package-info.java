/**
 * The system as its users meet it. Needs root and a libvirt at qemu:///system, and fails without.
 */
@NullMarked
package org.datacapsule.e2e;

import org.jspecify.annotations.NullMarked;
