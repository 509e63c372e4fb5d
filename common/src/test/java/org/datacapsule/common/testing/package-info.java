/** What tests of several modules share. */
@NullMarked
package org.datacapsule.common.testing;

import org.jspecify.annotations.NullMarked;
