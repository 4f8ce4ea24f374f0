"""The store: files that hold what executions were and produced. It knows no kernel and no HTTP."""
