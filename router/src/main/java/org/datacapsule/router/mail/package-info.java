/**
 * Mail to people: written into an outbox in the transaction of what it tells of, sent over SMTP afterwards, at least once.
 * Virtual threads.
 */
@NullMarked
package org.datacapsule.router.mail;

import org.jspecify.annotations.NullMarked;
