/**
 * Danube Cloud's server disk images (/api/image): its envelope, its words for what a catalogue has, and its way to sign in.
 */
@NullMarked
package org.datacapsule.router.imageapi.danube;

import org.jspecify.annotations.NullMarked;
