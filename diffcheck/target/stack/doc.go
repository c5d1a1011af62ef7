// Package stack runs scripts on impl.Host in virtual time: as target "sim" with
// the frames handed over in memory, as target "impl" with every frame crossing
// a veth pair between two raw-socket NICs. Time is an argument of the host; it
// passes where a script says so, and a timer runs at its exact time.
//
// The order of the outputs of one event is that of package kernel.
package stack
