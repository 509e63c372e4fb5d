/** Files and streams as more than one subject needs them. */
@NullMarked
package org.datacapsule.router.io;

import org.jspecify.annotations.NullMarked;
