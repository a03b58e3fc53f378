"""How each village is served: point, cluster, circuit or not at all, and when."""
