/**
 * Postgres for development and tests, from binaries that Maven brings. Blocking; never part of a deployment.
 */
@NullMarked
package org.datacapsule.devkit;

import org.jspecify.annotations.NullMarked;
