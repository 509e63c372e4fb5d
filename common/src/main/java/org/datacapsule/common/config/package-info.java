/**
 * Typed configuration: read once at start, every error reported at once. Main thread only.
 */
@NullMarked
package org.datacapsule.common.config;

import org.jspecify.annotations.NullMarked;
