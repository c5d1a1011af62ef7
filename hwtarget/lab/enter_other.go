//go:build !linux

package lab

import "runtime"

func enter() error {
	return &Missing{What: "no network namespaces on " + runtime.GOOS, Remedy: "the wire needs Linux"}
}
