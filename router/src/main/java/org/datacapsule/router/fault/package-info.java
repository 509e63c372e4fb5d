/**
 * Places in the life of an operation at which a crash must be harmless; tests halt the process there. Any thread.
 */
@NullMarked
package org.datacapsule.router.fault;

import org.jspecify.annotations.NullMarked;
