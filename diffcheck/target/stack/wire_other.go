//go:build !linux

package stack

import "errors"

func newWire() (carrier, error) {
	return nil, errors.New("stack: a wire is a veth pair, which only Linux has; the target sim needs none")
}
