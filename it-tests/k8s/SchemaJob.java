package k8s;

import com.fasterxml.jackson.databind.JsonNode;

/** Applies the pack's schema, and the example's if there is one, to a database. Applying it again changes nothing. */
final class SchemaJob {

    private SchemaJob() {
    }

    static JsonNode of(String database, boolean example) {
        return Yaml.parse("""
                apiVersion: batch/v1
                kind: Job
                metadata:
                  name: DATABASE-schema
                  labels:
                    app.kubernetes.io/name: DATABASE-schema
                    app.kubernetes.io/part-of: reliable-routes
                spec:
                  backoffLimit: 20
                  ttlSecondsAfterFinished: 3600
                  template:
                    metadata:
                      labels:
                        app.kubernetes.io/name: DATABASE-schema
                        app.kubernetes.io/part-of: reliable-routes
                    spec:
                      restartPolicy: OnFailure
                      automountServiceAccountToken: false
                      securityContext:
                        runAsNonRoot: true
                        runAsUser: 999
                        seccompProfile:
                          type: RuntimeDefault
                      containers:
                        - name: psql
                          image: postgres:18
                          command:
                            - sh
                            - -c
                            - exec psql "${PREFIX_URL#jdbc:}" -v ON_ERROR_STOP=1 -f /schema/schema.sqlEXAMPLE
                          env:
                            - name: PREFIX_URL
                              valueFrom:
                                configMapKeyRef:
                                  name: reliable-routes-addresses
                                  key: PREFIX_URL
                            - name: PGUSER
                              valueFrom:
                                secretKeyRef:
                                  name: DATABASE-app
                                  key: username
                            - name: PGPASSWORD
                              valueFrom:
                                secretKeyRef:
                                  name: DATABASE-app
                                  key: password
                          resources:
                            requests:
                              cpu: 100m
                              memory: 64Mi
                            limits:
                              memory: 128Mi
                          securityContext:
                            allowPrivilegeEscalation: false
                            readOnlyRootFilesystem: true
                            capabilities:
                              drop:
                                - ALL
                          volumeMounts:
                            - name: schema
                              mountPath: /schema
                              readOnly: true
                      volumes:
                        - name: schema
                          configMap:
                            name: reliable-routes-schema
                """.replace("EXAMPLE", example ? " -f /schema/example-DATABASE.sql" : "").replace("DATABASE", database).replace("PREFIX", "DATABASE_" + database.toUpperCase().replace('-', '_')));
    }
}
