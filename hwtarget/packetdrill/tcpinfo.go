//go:build cgo

package main

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/impl"
	"github.com/connspec/connspec/impl/tcp"
)

// kernelStates are Linux's numbers of the states of RFC 9293.
var kernelStates = [...]uint8{
	tcp.StateEstablished: unix.BPF_TCP_ESTABLISHED, tcp.StateSynSent: unix.BPF_TCP_SYN_SENT,
	tcp.StateSynReceived: unix.BPF_TCP_SYN_RECV, tcp.StateFinWait1: unix.BPF_TCP_FIN_WAIT1,
	tcp.StateFinWait2: unix.BPF_TCP_FIN_WAIT2, tcp.StateTimeWait: unix.BPF_TCP_TIME_WAIT,
	tcp.StateClosed: unix.BPF_TCP_CLOSE, tcp.StateCloseWait: unix.BPF_TCP_CLOSE_WAIT,
	tcp.StateLastAck: unix.BPF_TCP_LAST_ACK, tcp.StateListen: unix.BPF_TCP_LISTEN, tcp.StateClosing: unix.BPF_TCP_CLOSING,
}

// Bits of tcpi_options (linux/tcp.h).
const (
	optTimestamps = 1 << iota
	optSACK
	optWindowScale
	optECN
	optECNSeen
	optSynData
)

// tcpInfo is what getsockopt(TCP_INFO) gives of a stream; ok is false if there is none.
func (p *process) tcpInfo(fd int32) (raw []byte, ok bool) {
	var info tcp.Info
	file := p.file(fd)
	p.stage.Look(func(now time.Duration, h *impl.Host) { info, ok = h.TCPInfo(now, file) })
	if !ok {
		return nil, false
	}
	us := func(d time.Duration) uint32 { return uint32(d / time.Microsecond) }
	ms := func(d time.Duration) uint32 { return uint32(d / time.Millisecond) }
	out := unix.TCPInfo{
		State: kernelStates[info.State], Ca_state: uint8(info.CAState), Retransmits: uint8(info.Retransmits),
		Probes: uint8(info.Probes), Backoff: uint8(info.Backoff), Options: optionBits(&info),
		Rto: us(info.RTO), Ato: us(info.ATO), Snd_mss: uint32(info.SndMSS), Rcv_mss: uint32(info.RcvMSS),
		Unacked: uint32(info.Unacked), Sacked: uint32(info.Sacked), Lost: uint32(info.Lost), Retrans: uint32(info.Retrans),
		Last_data_sent: ms(info.LastDataSent), Last_data_recv: ms(info.LastDataRecv), Last_ack_recv: ms(info.LastAckRecv),
		Pmtu: uint32(info.PMTU), Rcv_ssthresh: uint32(info.RcvSSThresh), Rtt: us(info.RTT), Rttvar: us(info.RTTVar),
		Snd_ssthresh: uint32(info.SndSSThresh), Snd_cwnd: uint32(info.SndCwnd), Advmss: uint32(info.AdvertisedMSS),
		Reordering: uint32(info.Reordering), Rcv_rtt: us(info.RcvRTT), Rcv_space: uint32(info.RcvSpace),
		Total_retrans: uint32(info.TotalRetrans), Bytes_acked: info.BytesAcked, Bytes_received: info.BytesReceived,
		Notsent_bytes: uint32(info.NotSent), Min_rtt: us(info.MinRTT), Delivered: uint32(info.Delivered),
		Delivered_ce: uint32(info.DeliveredCE), Dsack_dups: uint32(info.DSACKDups), Reord_seen: uint32(info.ReordSeen),
		Snd_wnd: uint32(info.SndWnd), Rcv_wnd: uint32(info.RcvWnd),
	}
	raw = append(raw, unsafe.Slice((*byte)(unsafe.Pointer(&out)), unsafe.Sizeof(out))...)
	raw[6] = info.SndWScale | info.RcvWScale<<4 // bit fields have no names in x/sys
	if info.SynDataLost {
		raw[7] = 2 << 1 // TFO_DATA_NOT_ACKED
	}
	return raw, true
}

func optionBits(info *tcp.Info) (bits uint8) {
	for _, o := range []struct {
		has bool
		bit uint8
	}{
		{info.Timestamps, optTimestamps}, {info.SACK, optSACK}, {info.WindowScaling, optWindowScale},
		{info.ECN, optECN}, {info.ECNSeen, optECNSeen}, {info.SynData, optSynData},
	} {
		if o.has {
			bits |= o.bit
		}
	}
	return bits
}
