/**
 * Accounts with a password, for developers' machines: clients of other systems' APIs sign in with them. Elsewhere there are
 * none, and people come with tokens of their identity provider. On the virtual threads of requests.
 */
@NullMarked
package org.datacapsule.router.account;

import org.jspecify.annotations.NullMarked;
