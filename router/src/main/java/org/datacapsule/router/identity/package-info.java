/**
 * Who hosts are: the authorities, join tokens, certificates, and whether a report is of the host that it says. Requests and
 * reports run on virtual threads.
 */
@NullMarked
package org.datacapsule.router.identity;

import org.jspecify.annotations.NullMarked;
