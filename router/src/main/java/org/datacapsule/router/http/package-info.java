/**
 * The HTTP service: one OpenAPI document is the contract, every request is checked against it, every caller is known by a
 * token, every refusal is rendered in one place. Requests run on virtual threads.
 */
@NullMarked
package org.datacapsule.router.http;

import org.jspecify.annotations.NullMarked;
