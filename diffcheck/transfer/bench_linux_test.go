package transfer_test

import (
	"fmt"
	"testing"

	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/hwtarget/simnet"
)

// BenchmarkConnect is impl connecting to a listening socket of the kernel's and
// closing, one connection after another, through the interface of package net.
func BenchmarkConnect(b *testing.B) {
	m := start(b, simnet.Link{})
	// One port after another, so that no run is short of ports of impl's, which
	// TIME-WAIT holds for a minute.
	const ports = 16
	for i := range ports {
		l := m.kernelListen(b, 8000+i)
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return // closed at the end
				}
				c.Close()
			}
		}()
	}
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		i++
		c, err := m.Dial("tcp", fmt.Sprintf("%v:%d", lab.Own.Addr(), 8000+i%ports))
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "connects/s")
}
