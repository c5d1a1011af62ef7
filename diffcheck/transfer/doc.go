// Package transfer moves files between impl and programs of this host over a
// real wire: the tests fetch one from impl with curl, and have impl fetch one
// from a server of the host's.
package transfer
