"""Services: what several pages ask for, from the store and the cluster. The only room that caches."""
