/**
 * Work that goes on beside requests: loops on virtual threads of their own. What they do is claimed in the database, so
 * any number of routers may run them.
 */
@NullMarked
package org.datacapsule.router.work;

import org.jspecify.annotations.NullMarked;
