/**
 * The router: a stateless service that turns an authenticated request into a state change and a durable operation, in one
 * transaction, and brings the operation to the agent of the capsule's host. Here stand only the program and its wiring.
 */
@NullMarked
package org.datacapsule.router;

import org.jspecify.annotations.NullMarked;
