/**
 * The names things go by: values that validate themselves and stand as plain strings in JSON. Any thread.
 */
@NullMarked
package org.datacapsule.common.id;

import org.jspecify.annotations.NullMarked;
