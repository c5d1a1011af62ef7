// Package simnet is a network in memory and in virtual time: [hwtarget.NIC]s
// on a switch whose links lose, double, reorder, spoil, delay and throttle
// frames as a seed says. The same seed and the same calls give the same
// frames at the same times.
//
// Time stands still unless it is moved. One goroutine that drives several
// stacks moves it with [Net.NextEvent] and [Net.AdvanceTo]. Stacks that are
// driven by Pumps of their own move it in [Port.Wait]: when every port that has
// ever been waited at is being waited at, time goes on to the next event or the
// first of their timeouts.
package simnet
