/* The binding: argument checks, result codes to exceptions, buffers. No logic, and the only file that knows Python.
 *
 * The GIL is held in every call but while mx_close() waits. That makes it safe to read a tap on one thread while another
 * closes the mixer: the handle is gone before the GIL is. */
#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "mixer.h"

typedef struct {
    PyObject_HEAD
    mx *handle; /* NULL once closed */
} Mixer;

typedef struct {
    PyObject_HEAD
    mx_clip *clip; /* NULL once closed */
} Clip;

static PyTypeObject *clip_type;
static PyObject *mixer_error, *mixer_full, *no_free_port, *port_gone, *route_refused, *no_telephone_events, *mixer_closed;

static PyObject *raise_result(mx_result result) {
    switch (result) {
    case MX_FULL:
        PyErr_SetString(mixer_full, "no slot, route or file descriptor left");
        break;
    case MX_GONE:
        PyErr_SetString(port_gone, "the port is closed");
        break;
    case MX_REFUSED:
        PyErr_SetString(route_refused, "no route from a port that may not be heard, or to one that cannot hear");
        break;
    case MX_NO_PORT:
        PyErr_SetString(no_free_port, "every UDP port of the range is taken");
        break;
    case MX_NO_EVENTS:
        PyErr_SetString(no_telephone_events, "the phone did not negotiate telephone events");
        break;
    default:
        PyErr_SetString(PyExc_ValueError, "address, codec, payload type, gain, digit or limit out of range");
    }
    return NULL;
}

static PyObject *none_or_raise(mx_result result) {
    if (result != MX_OK) return raise_result(result);
    Py_RETURN_NONE;
}

static mx *opened(Mixer *self) {
    if (!self->handle) PyErr_SetString(mixer_closed, "the mixer is closed");
    return self->handle;
}

/* Clip */

static PyObject *clip_new(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    static char *names[] = {"samples", NULL};
    Py_buffer bytes;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "y*", names, &bytes)) return NULL;
    Clip *self = NULL;
    if (bytes.len == 0 || bytes.len % (Py_ssize_t)sizeof(int16_t)) {
        PyErr_SetString(PyExc_ValueError, "a clip is int16 samples, at least one");
    } else if ((self = (Clip *)PyType_GenericAlloc(type, 0))) {
        self->clip = mx_clip_load(bytes.buf, (size_t)bytes.len / sizeof(int16_t));
        if (!self->clip) {
            Py_DECREF(self);
            self = (Clip *)PyErr_NoMemory();
        }
    }
    PyBuffer_Release(&bytes);
    return (PyObject *)self;
}

static PyObject *clip_close(PyObject *object, PyObject *Py_UNUSED(none)) {
    Clip *self = (Clip *)object;
    if (self->clip) mx_clip_release(self->clip);
    self->clip = NULL;
    Py_RETURN_NONE;
}

static void clip_dealloc(PyObject *object) {
    PyTypeObject *type = Py_TYPE(object);
    Clip *self = (Clip *)object;
    if (self->clip) mx_clip_release(self->clip);
    PyObject_Free(object);
    Py_DECREF(type);
}

static PyMethodDef clip_methods[] = {
    {"close", clip_close, METH_NOARGS, NULL},
    {0},
};
static PyType_Slot clip_slots[] = {
    {Py_tp_new, clip_new},
    {Py_tp_dealloc, clip_dealloc},
    {Py_tp_methods, clip_methods},
    {0},
};
static PyType_Spec clip_spec = {"mixer._native.Clip", sizeof(Clip), 0, Py_TPFLAGS_DEFAULT, clip_slots};

/* Mixer */

static PyObject *mixer_new(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    static char *names[] = {"host", "host6", "dscp", "port_min", "port_max", "max_ports", "max_routes", "silence_timeout_ms",
                            "playout_min_ms", "playout_max_ms", "recording_delay_ms", "late_tick_ms", "mask_digits", NULL};
    mx_limits limits;
    int mask_digits;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "$zzbHHIIIIIIIp", names, &limits.host, &limits.host6, &limits.dscp, &limits.port_min,
                                     &limits.port_max, &limits.max_ports, &limits.max_routes,
                                     &limits.silence_timeout_ms, &limits.playout_min_ms,
                                     &limits.playout_max_ms, &limits.recording_delay_ms, &limits.late_tick_ms, &mask_digits))
        return NULL;
    limits.mask_digits = mask_digits;
    Mixer *self = (Mixer *)PyType_GenericAlloc(type, 0);
    if (!self) return NULL;
    mx_result result = mx_open(&limits, &self->handle);
    if (result == MX_OK) return (PyObject *)self;
    Py_DECREF(self);
    return raise_result(result);
}

static void close_handle(Mixer *self) {
    mx *handle = self->handle;
    self->handle = NULL;
    if (!handle) return;
    Py_BEGIN_ALLOW_THREADS
    mx_close(handle);
    Py_END_ALLOW_THREADS
}

static PyObject *mixer_close(PyObject *object, PyObject *Py_UNUSED(none)) {
    close_handle((Mixer *)object);
    Py_RETURN_NONE;
}

static void mixer_dealloc(PyObject *object) {
    PyTypeObject *type = Py_TYPE(object);
    close_handle((Mixer *)object);
    PyObject_Free(object);
    Py_DECREF(type);
}

static PyObject *mixer_fileno(PyObject *self, PyObject *Py_UNUSED(none)) {
    mx *m = opened((Mixer *)self);
    return m ? PyLong_FromLong(mx_wakeup_fd(m)) : NULL;
}

static PyObject *mixer_next_event(PyObject *self, PyObject *Py_UNUSED(none)) {
    mx *m = opened((Mixer *)self);
    mx_event event;
    if (!m) return NULL;
    if (!mx_next_event(m, &event)) Py_RETURN_NONE;
    return Py_BuildValue("iIIs#II", event.kind, event.port.slot, event.port.generation, &event.digit,
                         (Py_ssize_t)(event.digit != 0), event.duration_ms, event.count);
}

static PyObject *mixer_open_rtp(PyObject *self, PyObject *args) {
    mx *m = opened((Mixer *)self);
    int ipv6, listen_only;
    mx_port port;
    uint16_t rtp_port;
    if (!m || !PyArg_ParseTuple(args, "pp", &ipv6, &listen_only)) return NULL;
    mx_result result = mx_open_rtp(m, ipv6 ? MX_IPV6 : MX_IPV4, listen_only, &port, &rtp_port);
    return result == MX_OK ? Py_BuildValue("IIH", port.slot, port.generation, rtp_port) : raise_result(result);
}

static PyObject *mixer_open_shared(PyObject *self, PyObject *args) {
    mx *m = opened((Mixer *)self);
    int ipv6, aside, listen_only;
    unsigned short udp_port;
    mx_port port;
    if (!m || !PyArg_ParseTuple(args, "pHip", &ipv6, &udp_port, &aside, &listen_only)) return NULL;
    mx_result result = mx_open_shared(m, ipv6 ? MX_IPV6 : MX_IPV4, udp_port, aside, listen_only, &port);
    return result == MX_OK ? Py_BuildValue("II", port.slot, port.generation) : raise_result(result);
}

/* The tuple holds what `srtp` points to. */
static bool read_keys(PyObject *tuple, mx_srtp *srtp) {
    Py_ssize_t send_bytes, receive_bytes;
    if (!PyTuple_Check(tuple)) return PyErr_SetString(PyExc_TypeError, "srtp is a tuple, or None"), false;
    if (!PyArg_ParseTuple(tuple, "sy#y#", &srtp->suite, &srtp->send_key, &send_bytes, &srtp->receive_key, &receive_bytes))
        return false;
    if (send_bytes != receive_bytes) return raise_result(MX_INVALID), false;
    srtp->key_bytes = (size_t)send_bytes;
    return true;
}

static PyObject *mixer_set_remote(PyObject *self, PyObject *args, PyObject *keywords) {
    static char *names[] = {"slot", "generation", "address", "rtp_port", "codec", "payload_type",
                            "receive_payload_type", "telephone_event", "receive_telephone_event", "learn_from",
                            "srtp", "clock_rate", "ptime_ms", "max_bitrate", "fec", "dtx", "cbr", "rtcp_mux", NULL};
    mx *m = opened((Mixer *)self);
    mx_port port = {0};
    mx_remote remote;
    mx_srtp srtp;
    PyObject *keys;
    int rtp_port, fec, dtx, cbr, rtcp_mux;
    if (!m || !PyArg_ParseTupleAndKeywords(args, keywords, "II$sisbbhhzOIIIpppp", names, &port.slot, &port.generation,
                                           &remote.address, &rtp_port, &remote.codec, &remote.payload_type,
                                           &remote.receive_payload_type, &remote.telephone_event,
                                           &remote.receive_telephone_event, &remote.learn_from, &keys,
                                           &remote.clock_rate, &remote.ptime_ms, &remote.max_bitrate, &fec, &dtx, &cbr,
                                           &rtcp_mux))
        return NULL;
    remote.srtp = keys == Py_None ? NULL : &srtp;
    if (remote.srtp && !read_keys(keys, &srtp)) return NULL;
    remote.fec = fec;
    remote.dtx = dtx;
    remote.cbr = cbr;
    remote.rtcp_mux = rtcp_mux;
    if (rtp_port < 0 || rtp_port > UINT16_MAX) return raise_result(MX_INVALID);
    remote.rtp_port = (uint16_t)rtp_port;
    return none_or_raise(mx_set_remote(m, port, &remote));
}

static PyObject *mixer_send_digits(PyObject *self, PyObject *args) {
    mx *m = opened((Mixer *)self);
    mx_port port = {0};
    const char *digits;
    unsigned duration_ms, gap_ms;
    if (!m || !PyArg_ParseTuple(args, "IIsII", &port.slot, &port.generation, &digits, &duration_ms, &gap_ms)) return NULL;
    return none_or_raise(mx_send_digits(m, port, digits, duration_ms, gap_ms));
}

static PyObject *mixer_detect_tones(PyObject *self, PyObject *args) {
    mx *m = opened((Mixer *)self);
    mx_port port = {0};
    int on;
    if (!m || !PyArg_ParseTuple(args, "IIp", &port.slot, &port.generation, &on)) return NULL;
    return none_or_raise(mx_detect_tones(m, port, on));
}

static PyObject *mixer_open_player(PyObject *self, PyObject *args) {
    mx *m = opened((Mixer *)self);
    PyObject *clip;
    int loop;
    mx_port port;
    if (!m || !PyArg_ParseTuple(args, "O!p", clip_type, &clip, &loop)) return NULL;
    if (!((Clip *)clip)->clip) return PyErr_Format(PyExc_ValueError, "the clip is closed");
    mx_result result = mx_open_player(m, ((Clip *)clip)->clip, loop, &port);
    return result == MX_OK ? Py_BuildValue("II", port.slot, port.generation) : raise_result(result);
}

static PyObject *mixer_open_tap(PyObject *self, PyObject *args) {
    mx *m = opened((Mixer *)self);
    mx_port port;
    int wide = 0;
    if (!m || !PyArg_ParseTuple(args, "|p", &wide)) return NULL;
    mx_result result = wide ? mx_open_wide_tap(m, &port) : mx_open_tap(m, &port);
    return result == MX_OK ? Py_BuildValue("II", port.slot, port.generation) : raise_result(result);
}

static PyObject *mixer_close_port(PyObject *self, PyObject *args) {
    mx *m = opened((Mixer *)self);
    mx_port port = {0};
    if (!m || !PyArg_ParseTuple(args, "II", &port.slot, &port.generation)) return NULL;
    return none_or_raise(mx_close_port(m, port));
}

static PyObject *mixer_route(PyObject *self, PyObject *args) {
    mx *m = opened((Mixer *)self);
    mx_port source, sink;
    int gain_q8;
    if (!m || !PyArg_ParseTuple(args, "(III)(III)i", &source.slot, &source.generation, &source.channel, &sink.slot,
                                &sink.generation, &sink.channel, &gain_q8))
        return NULL;
    return none_or_raise(mx_route(m, source, sink, gain_q8));
}

static PyObject *mixer_unroute(PyObject *self, PyObject *args) {
    mx *m = opened((Mixer *)self);
    mx_port source, sink;
    if (!m || !PyArg_ParseTuple(args, "(III)(III)", &source.slot, &source.generation, &source.channel, &sink.slot,
                                &sink.generation, &sink.channel))
        return NULL;
    return none_or_raise(mx_unroute(m, source, sink));
}

static PyObject *masked_of(const mx_tap_state *state) {
    PyObject *list = PyList_New(0);
    for (uint32_t i = 0; list && i < state->masked_count; i++) {
        const mx_masked *span = &state->masked[i];
        PyObject *one = Py_BuildValue("KKI", (unsigned long long)span->first, (unsigned long long)span->end, span->channel);
        if (!one || PyList_Append(list, one) < 0) Py_CLEAR(list);
        Py_XDECREF(one);
    }
    return list;
}

static PyObject *mixer_tap_read(PyObject *self, PyObject *args) {
    static int16_t frames[2 * MX_TAP_FRAMES]; /* guarded by the GIL */
    mx *m = opened((Mixer *)self);
    mx_port port = {0};
    mx_tap_state state;
    Py_ssize_t max_frames;
    if (!m || !PyArg_ParseTuple(args, "IIn", &port.slot, &port.generation, &max_frames)) return NULL;
    if (max_frames < 0) max_frames = 0;
    if (max_frames > MX_TAP_FRAMES) max_frames = MX_TAP_FRAMES;
    size_t count = mx_tap_read(m, port, frames, (size_t)max_frames, &state);
    PyObject *masked = masked_of(&state);
    if (!masked) return NULL;
    return Py_BuildValue("y#KNN", frames, (Py_ssize_t)(count * 2 * sizeof *frames), (unsigned long long)state.overruns,
                         PyBool_FromLong(state.ended), masked);
}

static PyObject *mixer_tap_forget(PyObject *self, PyObject *args) {
    mx_port port = {0};
    if (!PyArg_ParseTuple(args, "II", &port.slot, &port.generation)) return NULL;
    if (((Mixer *)self)->handle) mx_tap_forget(((Mixer *)self)->handle, port);
    Py_RETURN_NONE;
}

static PyObject *mixer_stats(PyObject *self, PyObject *args) {
    mx *m = opened((Mixer *)self);
    mx_port port = {0};
    mx_port_stats s;
    if (!m || !PyArg_ParseTuple(args, "II", &port.slot, &port.generation)) return NULL;
    mx_result result = mx_stats(m, port, &s);
    if (result != MX_OK) return raise_result(result);
    return Py_BuildValue("{sKsKsKsKsKsKsKsKsKsKsKsKsKsKsdsdsNsdsdsdsdsd}", "received", s.received, "sent", s.sent, "lost",
                         s.lost, "strangers", s.strangers, "malformed", s.malformed, "forged", s.forged,
                         "unexpected", s.unexpected, "misplaced", s.misplaced, "realigned", s.realigned, "epochs", s.epochs, "send_errors",
                         s.send_errors, "rtcp_received", s.rtcp_received, "digits", s.digits, "digits_lost",
                         s.digits_lost, "concealed_ms", s.concealed_ms, "level_dbov", s.level_dbov, "speaking",
                         PyBool_FromLong(s.speaking), "speech_ms", s.speech_ms, "mos", s.mos, "jitter_ms",
                         s.jitter_ms, "rtt_ms", s.rtt_ms, "playout_ms", s.playout_ms);
}

static PyObject *mixer_totals(PyObject *self, PyObject *Py_UNUSED(none)) {
    mx *m = opened((Mixer *)self);
    if (!m) return NULL;
    mx_totals t = mx_get_totals(m);
    return Py_BuildValue("{sdsKsKsdsdsI}", "cpu_seconds", t.cpu_seconds, "ticks", t.ticks, "late_ticks", t.late_ticks,
                         "worst_ms", t.worst_ms, "p99_ms", t.p99_ms, "ports_open", t.ports_open);
}

static PyMethodDef mixer_methods[] = {
    {"close", mixer_close, METH_NOARGS, NULL},
    {"fileno", mixer_fileno, METH_NOARGS, NULL},
    {"next_event", mixer_next_event, METH_NOARGS, NULL},
    {"open_rtp", mixer_open_rtp, METH_VARARGS, NULL},
    {"open_shared", mixer_open_shared, METH_VARARGS, NULL},
    {"set_remote", (PyCFunction)(void (*)(void))mixer_set_remote, METH_VARARGS | METH_KEYWORDS, NULL},
    {"send_digits", mixer_send_digits, METH_VARARGS, NULL},
    {"detect_tones", mixer_detect_tones, METH_VARARGS, NULL},
    {"open_player", mixer_open_player, METH_VARARGS, NULL},
    {"open_tap", mixer_open_tap, METH_VARARGS, NULL},
    {"close_port", mixer_close_port, METH_VARARGS, NULL},
    {"route", mixer_route, METH_VARARGS, NULL},
    {"unroute", mixer_unroute, METH_VARARGS, NULL},
    {"tap_read", mixer_tap_read, METH_VARARGS, NULL},
    {"tap_forget", mixer_tap_forget, METH_VARARGS, NULL},
    {"stats", mixer_stats, METH_VARARGS, NULL},
    {"totals", mixer_totals, METH_NOARGS, NULL},
    {0},
};
static PyType_Slot mixer_slots[] = {
    {Py_tp_new, mixer_new},
    {Py_tp_dealloc, mixer_dealloc},
    {Py_tp_methods, mixer_methods},
    {0},
};
static PyType_Spec mixer_spec = {"mixer._native.Mixer", sizeof(Mixer), 0, Py_TPFLAGS_DEFAULT, mixer_slots};

/* Module */

static PyObject *codec_table(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none)) {
    const char *name;
    uint8_t payload_type, channels;
    uint32_t clock_rate;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && mx_codec(i, &name, &payload_type, &clock_rate, &channels); i++) {
        PyObject *row = Py_BuildValue("sBIB", name, payload_type, clock_rate, channels);
        if (!row || PyList_Append(list, row) < 0) Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}

static bool add_exception(PyObject *module, PyObject **exception, const char *name, PyObject *parent, const char *doc) {
    char full_name[64];
    PyOS_snprintf(full_name, sizeof full_name, "mixer.%s", name);
    *exception = PyErr_NewExceptionWithDoc(full_name, doc, parent, NULL);
    return *exception && PyModule_AddObjectRef(module, name, *exception) == 0;
}

static bool add_exceptions(PyObject *module) {
    return add_exception(module, &mixer_error, "MixerError", PyExc_Exception, "The mixer cannot do that.") &&
           add_exception(module, &mixer_full, "MixerFull", mixer_error, "No slot, route or descriptor left.") &&
           add_exception(module, &no_free_port, "NoFreePort", mixer_error, "Every UDP port of the range is taken.") &&
           add_exception(module, &port_gone, "PortGone", mixer_error, "The port was closed.") &&
           add_exception(module, &route_refused, "RouteRefused", mixer_error, "Its source may not be heard.") &&
           add_exception(module, &no_telephone_events, "NoTelephoneEvents", mixer_error, "They were not negotiated.") &&
           add_exception(module, &mixer_closed, "MixerClosed", mixer_error, "The mixer was closed.");
}

static bool add_types(PyObject *module) {
    clip_type = (PyTypeObject *)PyType_FromSpec(&clip_spec);
    PyObject *mixer_type = PyType_FromSpec(&mixer_spec);
    bool added = clip_type && mixer_type && PyModule_AddObjectRef(module, "Clip", (PyObject *)clip_type) == 0 &&
                 PyModule_AddObjectRef(module, "Mixer", mixer_type) == 0;
    Py_XDECREF(mixer_type);
    return added && PyModule_AddIntConstant(module, "PLAYER_ENDED", MX_PLAYER_ENDED) == 0 &&
           PyModule_AddIntConstant(module, "MEDIA_STARTED", MX_MEDIA_STARTED) == 0 &&
           PyModule_AddIntConstant(module, "MEDIA_TIMED_OUT", MX_MEDIA_TIMED_OUT) == 0 &&
           PyModule_AddIntConstant(module, "DIGIT_RECEIVED", MX_DIGIT_RECEIVED) == 0 &&
           PyModule_AddIntConstant(module, "TICKS_LATE", MX_TICKS_LATE) == 0 &&
           PyModule_AddIntConstant(module, "TAP_FRAMES", MX_TAP_FRAMES) == 0;
}

static PyMethodDef module_functions[] = {
    {"codec_table", codec_table, METH_NOARGS, NULL},
    {0},
};
static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT, "mixer._native", "The media core; see mixer.h.", -1, module_functions, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__native(void) {
    PyObject *module = PyModule_Create(&module_definition);
    if (module && !(add_exceptions(module) && add_types(module))) Py_CLEAR(module);
    return module;
}
