// Package simulate has no code of the product, only a test: whole worlds of servers, devices, tabs and people, each drawn
// from one number (its seed), in which the real engine of devices and the real core of the server talk to each other
// while everything that can go wrong does. Time is virtual, one goroutine runs a world, and a seed always gives the same
// run. What must hold is checked at every step by judges who know nothing of the code that they judge.
package simulate
