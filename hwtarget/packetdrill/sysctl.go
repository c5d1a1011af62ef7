//go:build cgo

package main

import (
	"math/bits"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/connspec/connspec/impl"
	"github.com/connspec/connspec/impl/tcp"
)

// sysctls are those under net.ipv4 that a connection of the host begins with. Scripts
// set them in the namespace that they run in, before and while they do.
var sysctls = []struct {
	name string
	set  func(c *tcp.Config, values []int)
}{
	{"tcp_timestamps", func(c *tcp.Config, v []int) { c.Timestamps = v[0] != 0 }},
	{"tcp_window_scaling", func(c *tcp.Config, v []int) { c.WindowScaling = v[0] != 0 }},
	{"tcp_sack", func(c *tcp.Config, v []int) { c.SACK = v[0] != 0 }},
	{"tcp_dsack", func(c *tcp.Config, v []int) { c.DSACK = v[0] != 0 }},
	{"tcp_syn_retries", func(c *tcp.Config, v []int) { c.SynRetries = v[0] }},
	{"tcp_syn_linear_timeouts", func(c *tcp.Config, v []int) { c.SynLinear = v[0] }},
	{"tcp_synack_retries", func(c *tcp.Config, v []int) { c.SynAckRetries = v[0] }},
	{"tcp_retries2", func(c *tcp.Config, v []int) { c.DataRetries = v[0] }},
	{"tcp_fin_timeout", func(c *tcp.Config, v []int) { c.FinTimeout = time.Duration(v[0]) * time.Second }},
	{"tcp_slow_start_after_idle", func(c *tcp.Config, v []int) { c.SlowStartAfterIdle = v[0] != 0 }},
	{"tcp_early_retrans", func(c *tcp.Config, v []int) { c.TailLossProbe = v[0] >= 3 }},
	{"tcp_ecn", func(c *tcp.Config, v []int) { c.ECN = tcp.ECNMode(min(v[0], 2)) }}, // the modes have Linux's numbers
	{"tcp_frto", func(c *tcp.Config, v []int) { c.FRTO = v[0] != 0 }},
	{"tcp_recovery", func(c *tcp.Config, v []int) { c.RACK = v[0]&1 != 0 }},
	{"tcp_frto", func(c *tcp.Config, v []int) { c.FRTO = v[0] != 0 }},
	{"tcp_ecn", func(c *tcp.Config, v []int) { c.ECN = tcp.ECNMode(min(max(v[0], 0), 2)) }},
	{"tcp_rmem", func(c *tcp.Config, v []int) {
		if len(v) == 3 { // tcp_select_initial_window
			c.WindowScale = uint8(min(max(bits.Len(uint(v[2]))-16, 0), 14))
			c.ReceiveBuffer = v[2] / 2
		}
	}},
	{"tcp_wmem", func(c *tcp.Config, v []int) {
		if len(v) == 3 {
			c.SendBuffer = v[2] / 2
		}
	}},
}

// tune has the host's connections begin as the namespace's sysctls say.
func (p *process) tune() {
	p.stage.Look(func(now time.Duration, h *impl.Host) {
		h.Tune(func(c *tcp.Config) {
			for i := range sysctls {
				if values := sysctl(sysctls[i].name); len(values) > 0 {
					sysctls[i].set(c, values)
				}
			}
		})
		if values := sysctl("tcp_fastopen"); len(values) > 0 {
			h.Env(now, impl.Env{Kind: impl.EnvFastOpen, Value: values[0]})
		}
	})
}

// sysctl reads the numbers of one; none if there is no such.
func sysctl(name string) (values []int) {
	text, err := os.ReadFile("/proc/sys/net/ipv4/" + name)
	if err != nil {
		return nil
	}
	for _, field := range strings.Fields(string(text)) {
		n, err := strconv.Atoi(field)
		if err != nil {
			return nil
		}
		values = append(values, n)
	}
	return values
}
